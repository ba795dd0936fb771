const ESC = "\x1b";
const BEL = "\x07";
const ST = `${ESC}\\`;

/** What makes terminals do things, or text look like other text: each family of sequences, in 7 and in 8 bits. */
export const TERMINAL_SEQUENCES: readonly string[] = [
  // C0 and C1, one by one where they act by themselves.
  ..."\x00\x05\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x1a\x7f",
  ..."\x84\x85\x88\x8d\x8e\x8f\x90\x98\x9a\x9b\x9c\x9d\x9e\x9f",
  // CSI: cursor, erasing, scrolling, colours, modes, reports, keyboard protocols, windows.
  ...[
    "H",
    "2J",
    "3J",
    "1K",
    "5S",
    "31m",
    "8m",
    "?1049h",
    "?25l",
    "?2004h",
    "?1003h",
    "6n",
    "0c",
    ">0c",
    "=3u",
    ">1u",
    "21t",
    "8;1;1t",
    "!p",
  ]
    .map((end) => `${ESC}[${end}`),
  `\x9b31m`,
  `\x9b2J`,
  // OSC: title, links, palette, clipboard, notifications, shell marks, working folder; ended by BEL, ST, or not at all.
  ...[
    "0;owned",
    "2;owned",
    "4;1;?",
    "7;file:///",
    "8;;http://evil.example",
    "9;owned",
    "10;?",
    "52;c;b3duZWQ=",
    "133;A",
    "777;notify;a;b",
    "1337;SetMark",
  ]
    .flatMap((text, at) => [`${ESC}]${text}${at % 2 ? ST : BEL}`]),
  `\x9d0;owned\x9c`,
  `${ESC}]0;never ended`,
  // DCS, APC, PM, SOS: sixel, tmux, kitty images, requests.
  `${ESC}P$q"p${ST}`,
  `${ESC}Pq#0;2;0;0;0${ST}`,
  `${ESC}Ptmux;${ESC}${ESC}]0;x${BEL}${ST}`,
  `${ESC}_Gf=24;AAAA${ST}`,
  `${ESC}^owned${ST}`,
  `${ESC}Xowned${ST}`,
  // Other escapes: reset, save, charset, keypad.
  `${ESC}c`,
  `${ESC}7`,
  `${ESC}(0`,
  `${ESC}=`,
  `${ESC}%G`,
  `${ESC}`,
  // Text that looks like other text.
  ..."\u202e\u2066\u200b\u200f\ufeff\u2028\u{e0041}",
];
