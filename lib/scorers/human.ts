import { z } from "zod";
import { defineScorer } from "./define_scorer.ts";
import { passSetting } from "./judge_settings.ts";
import { textSetting } from "./settings.ts";

export const human = defineScorer({
  name: "human",
  version: "1",
  description:
    "what a person last scored the run under this name (`agentop score RUN NAME=VALUE`); passes from 0.5, or from `pass`",
  setting: "name",
  example: "human=helpful",
  settings: z.strictObject({ name: textSetting(), pass: passSetting }),
  prepare({ name, pass }) {
    return ({ evaluations }) => {
      const last = evaluations.findLast((it) => it.source === "human" && it.name === name);
      if (!last) return { error: `nobody has scored it: agentop score RUN ${name}=VALUE` };
      const { value, label, explanation } = last;
      const said = [label, explanation].filter((it) => it !== undefined && it !== "").join(": ");
      if (value === undefined) {
        if (label === "pass" || label === "fail") {
          return { value: label === "pass" ? 1 : 0, passed: label === "pass", explanation: said };
        }
        return { error: `a person gave it a label and no value: ${said}` };
      }
      if (!(value >= 0 && value <= 1)) return { error: `a person gave ${value}, which is not from 0 to 1` };
      const passed = label === "pass" ? true : label === "fail" ? false : value >= pass;
      return { value, passed, explanation: `a person gave ${value}${said === "" ? "" : `: ${said}`}` };
    };
  },
});
