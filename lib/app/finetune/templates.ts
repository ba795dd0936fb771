/** What `agentop finetune init` writes, by template. */
export const TEMPLATES = ["trl", "mistral-finetune"] as const;
export type Template = (typeof TEMPLATES)[number];

const SETTINGS =
  `# What agentop finetune run reads: agentop finetune run --config finetune.yaml --data data --allow-commands
model: my-model                    # what the new model is called
base: BASE                         # handed on as AGENTOP_BASE_MODEL
data: data                         # the folder of agentop export finetune
server: http://127.0.0.1:8000/v1   # where you will serve it: vLLM, llama.cpp, Ollama, any server of OpenAI's or Mistral's wire
# suite: sales                     # held against it afterwards
# Runs here, in a shell, and sees these variables beside PATH and HOME: AGENTOP_TRAIN, AGENTOP_VALIDATION, AGENTOP_OUTPUT,
# AGENTOP_MODEL, AGENTOP_BASE_MODEL, AGENTOP_RESUME (1 when it goes on). Others: --env NAME=VALUE.
`;

const TRL_SETTINGS = `${
  SETTINGS.replace("BASE", "mistralai/Mistral-Nemo-Instruct-2407")
}command: python3 train.py
`;

/** Texts and no messages: what a template makes of tool calls is the tokenizer's, and no version of TRL changes it. */
const TRL_SCRIPT =
  `# Trains a LoRA adapter with TRL on what agentop export finetune wrote: conversations, or pairs (--format dpo).
# pip install trl peft datasets, on a machine with a GPU. Then serve it, e.g.:
#   vllm serve BASE --enable-lora --lora-modules NAME=OUTPUT/model --enable-auto-tool-choice --tool-call-parser mistral
import json
import os

from datasets import Dataset
from peft import LoraConfig
from transformers import AutoTokenizer
from transformers.trainer_utils import get_last_checkpoint

BASE = os.environ["AGENTOP_BASE_MODEL"]
OUTPUT = os.environ["AGENTOP_OUTPUT"]
CHECKPOINTS = os.path.join(OUTPUT, "checkpoints")
tokenizer = AutoTokenizer.from_pretrained(BASE)


def spoken(messages, tools, **options):
    """The text of a conversation, as the model reads it. Its first token is added again by the trainer."""
    plain = []
    for message in messages:
        message = {key: value for key, value in message.items() if key != "weight"}
        if message.get("tool_calls"):
            message["tool_calls"] = [
                {**call, "function": {**call["function"], "arguments": json.loads(call["function"]["arguments"])}}
                for call in message["tool_calls"]
            ]
        plain.append(message)
    text = tokenizer.apply_chat_template(plain, tools=tools, tokenize=False, **options)
    return text.removeprefix(tokenizer.bos_token or "")


def answer(before, message, tools):
    """What is read, and what is learned of it."""
    prompt = spoken(before, tools)
    return prompt, spoken([*before, message], tools).removeprefix(prompt)


def conversations(lines):
    for line in lines:
        messages, tools = line["messages"], line.get("tools")
        for index, message in enumerate(messages):
            if message["role"] == "assistant" and message.get("weight", 1) == 1:
                prompt, completion = answer(messages[:index], message, tools)
                yield {"prompt": prompt, "completion": completion}


def pairs(lines):
    for line in lines:
        tools = line.get("tools")
        prompt, chosen = answer(line["prompt"], line["chosen"][0], tools)
        _, rejected = answer(line["prompt"], line["rejected"][0], tools)
        yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


train, validation = read(os.environ["AGENTOP_TRAIN"]), read(os.environ["AGENTOP_VALIDATION"])
are_pairs = "chosen" in train[0]
rows = pairs if are_pairs else conversations
if are_pairs:
    from trl import DPOConfig as Config, DPOTrainer as Trainer
else:
    from trl import SFTConfig as Config, SFTTrainer as Trainer

trainer = Trainer(
    model=BASE,
    args=Config(
        output_dir=CHECKPOINTS,
        num_train_epochs=3,
        per_device_train_batch_size=1,
        gradient_accumulation_steps=8,
        learning_rate=5e-6 if are_pairs else 1e-4,
        max_length=8192,
        save_steps=50,
        logging_steps=5,
        seed=0,
        report_to="none",
    ),
    train_dataset=Dataset.from_list(list(rows(train))),
    eval_dataset=Dataset.from_list(list(rows(validation))) if validation else None,
    processing_class=tokenizer,
    peft_config=LoraConfig(r=64, lora_alpha=64, task_type="CAUSAL_LM"),
)
last = get_last_checkpoint(CHECKPOINTS) if os.path.isdir(CHECKPOINTS) else None
trainer.train(resume_from_checkpoint=last)
trainer.save_model(os.path.join(OUTPUT, "model"))
`;

const MISTRAL_SETTINGS = `${
  SETTINGS.replace("BASE", "/models/mistral-7b-instruct-v0.3 # a downloaded folder")
}# Takes conversations, no pairs, and learns the last answer of a conversation with tools: agentop export finetune --lines call.
# mistral-finetune goes on from no checkpoint: resumed, it begins again, in a folder of its own.
command: |
  MISTRAL_FINETUNE="\${MISTRAL_FINETUNE:-$HOME/mistral-finetune}"
  run="$AGENTOP_OUTPUT/run-$(date +%s)"
  sed -e "s|@TRAIN@|$AGENTOP_TRAIN|" -e "s|@VALIDATION@|$AGENTOP_VALIDATION|" -e "s|@RUN@|$run|" -e "s|@BASE@|$AGENTOP_BASE_MODEL|" \\
    mistral_finetune.yaml > "$AGENTOP_OUTPUT/mistral_finetune.yaml" &&
  cd "$MISTRAL_FINETUNE" &&
  python3 -m utils.validate_data --train_yaml "$AGENTOP_OUTPUT/mistral_finetune.yaml" &&
  torchrun --nproc-per-node 1 -m train "$AGENTOP_OUTPUT/mistral_finetune.yaml"
`;

const MISTRAL_YAML =
  `# For mistral-finetune; what stands between @ is filled in by the command in finetune.yaml.
data:
  instruct_data: "@TRAIN@"
  data: ""
  eval_instruct_data: "@VALIDATION@"
model_id_or_path: "@BASE@"
lora:
  rank: 64
seq_len: 32768
batch_size: 1
max_steps: 300
optim:
  lr: 6.e-5
  weight_decay: 0.1
  pct_start: 0.05
seed: 0
log_freq: 1
eval_freq: 100
no_eval: False
ckpt_freq: 100
save_adapters: True
run_dir: "@RUN@"
`;

/** Files by their names. */
export function templateFiles(template: Template): Readonly<Record<string, string>> {
  return template === "trl"
    ? { "finetune.yaml": TRL_SETTINGS, "train.py": TRL_SCRIPT }
    : { "finetune.yaml": MISTRAL_SETTINGS, "mistral_finetune.yaml": MISTRAL_YAML };
}
