/** Answer, reference; BLEU (`BLEU(effective_order=True).sentence_score`) and chrF of sacrebleu 2.6.0, ROUGE-L's F1 of rouge-score 0.1.2. */
export const METRICS: readonly (readonly [string, string, number, number, number])[] = [
  [
    "The cat sat on the mat.",
    "The cat is on the mat.",
    0.4889230224349009,
    0.6717273492330232,
    0.8333333333333334,
  ],
  [
    "It is 36,034.80 USD in 2024-25, isn't it?",
    "It was 36,034.80 USD in 2024-25, wasn't it?",
    0.5859059370151705,
    0.7661395448546015,
    0.8333333333333334,
  ],
  [
    "the the the the the the the",
    "the cat is on the mat",
    0.07809849842300637,
    0.14232426848159646,
    0.30769230769230765,
  ],
  [
    "The total revenue of the second quarter was 1,204.5 million euros, up 3% on the year.",
    "In the second quarter total revenue was 1,204.5 million euros, 3% more than a year ago.",
    0.3132768114661938,
    0.6869016873357533,
    0.6111111111111112,
  ],
  [
    "Die Straße nach Köln ist gesperrt; nehmen Sie die A3!",
    "Die Straße nach Köln ist heute gesperrt, nehmen Sie bitte die A3.",
    0.353174306771528,
    0.6594911290205584,
    0.923076923076923,
  ],
  ["a b c", "a b c", 1.0000000000000004, 1.0, 1.0],
  ["short", "a much longer reference than the answer is", 0.0, 0.034482758620689655, 0.0],
  [
    'He said "yes" & left (quickly).',
    'He said "no" & left <slowly>.',
    0.24384183193426087,
    0.38969706777987523,
    0.6,
  ],
  ["I don't know", "I do not know", 0.24840753130578644, 0.4830026455026455, 0.5],
  ["", "something", 0.0, 0.0, 0],
  ["東京は日本の首都です", "東京は日本の首都である", 0.0, 0.7733127694865609, 0],
  [
    "New lines\nand   spaces\tcount",
    "New lines and spaces count not",
    0.8187307530779823,
    0.8897556336718595,
    0.9090909090909091,
  ],
];

/** The same against two references. */
export const SEVERAL = {
  answer: "The cat sat on the mat today.",
  references: ["The cat is on the mat.", "There is a cat on the mat."],
  bleu: 0.27054113452696993,
  chrf: 0.5744446411530362,
  rougeL: 0.7692307692307692,
} as const;
