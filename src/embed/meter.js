// Says in words how easily a password is guessed. The words are here and not in the widget's catalogue,
// because nobody needs them before this has been brought in.
// Only whole-line comments and indentation are stripped from it for shipping.

const SCORES = ["very weak", "weak", "fair", "strong", "very strong"];

// From how many seconds on which words hold.
const TIMES = [
  [3155695200, "centuries"],
  [31556952, "years"],
  [2629746, "months"],
  [86400, "days"],
  [3600, "hours"],
  [60, "minutes"],
  [1, "seconds"],
  [0, "less than a second"],
];

// The codes of crates/protocol/src/strength.rs. What comes to the same has the same words, and is said once.
const KEYS = "Keys next to each other are easy to guess.";
const REPEATS = "Repeats such as aaa or abcabc are easy to guess.";
const SEQUENCES = "Sequences such as abc or 6543 are easy to guess.";
const DATES = "Dates and years are easy to guess.";
const COMMON = "It is much like what many people use.";
const NAMES = "Names by themselves are easy to guess.";
const CAPITALS = "Capitals don’t help much.";
const YEARS = "Avoid dates and years that have to do with you.";
const REASONS = {
  straight_row: KEYS,
  key_pattern: KEYS,
  simple_repeat: REPEATS,
  extended_repeat: REPEATS,
  sequence: SEQUENCES,
  recent_year: DATES,
  date: DATES,
  top_ten: "It is one of the ten passwords that most people use.",
  top_hundred: "It is one of the hundred passwords that most people use.",
  common: COMMON,
  similar_to_common: COMMON,
  word_by_itself: "A word by itself is easy to guess.",
  names_by_themselves: NAMES,
  common_names: NAMES,
  use_words: "Use a few words that don’t usually stand together.",
  no_need: "There is no need for symbols, digits or capitals.",
  another_word: "Add another word or two, less common ones.",
  capitalization: CAPITALS,
  all_uppercase: CAPITALS,
  reverse_words: "Words written backwards don’t help much.",
  look_alikes: "Look-alikes such as @ for a don’t help much.",
  longer_key_pattern: "Use more keys, with more turns.",
  repeated: REPEATS,
  sequences: SEQUENCES,
  recent_years: DATES,
  associated_years: YEARS,
  associated_dates: YEARS,
};

// The digit of the score, and the words.
const inWords = ({score, warning, suggestions, seconds}) => {
  const [, time] = TIMES.find(([from]) => seconds >= from);
  const reasons = new Set([warning, ...suggestions].map(code => REASONS[code]));
  reasons.delete(undefined);
  return [`${score}Strength: ${SCORES[score]}. Guessing it would take ${time}.`, ...reasons].join(" ");
};

// Resolves as strength.js does.
export default async (kind, inputs, root, signal, say, elsewhere) => {
  const {default: judge} = await import(new URL("__REGAIN_STRENGTH__", import.meta.url));
  return judge(kind, inputs, root, signal, (ticket, json) => say(ticket, inWords(JSON.parse(json))), elsewhere);
};
