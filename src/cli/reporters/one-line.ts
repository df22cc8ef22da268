const UNFIT = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Rules are written by others: what a terminal would act upon, and what would break a line in two, is shown escaped. */
export function oneLine(text: string): string {
  return text.replace(UNFIT, (character) => {
    const quoted = JSON.stringify(character).slice(1, -1);
    return quoted === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}` : quoted;
  });
}
