// Words with a count, as the server wrote them into the page: scripts hold no text for people.

/**
 * @param {HTMLElement} element with data-none, data-one, data-many; `{n}` stands for the count
 * @param {number} count
 * @param {string} [language] of the page
 * @returns {string} the words for that count
 */
export function counted(element, count, language = document.documentElement.lang || "fr") {
  const { none, one, many } = element.dataset;
  const plural = new Intl.PluralRules(language).select(count);
  const words = count === 0 && none !== undefined ? none : plural === "one" ? one : many;
  return (words ?? many ?? "{n}").replace("{n}", count.toLocaleString(language));
}

/**
 * Writes the words into the part meant for them, so that an icon beside them stays.
 * @param {HTMLElement} element or one that holds a [data-words]
 * @param {string} words
 */
export function write(element, words) {
  const place = element.querySelector("[data-words]") ?? element;
  if (place.textContent !== words) place.textContent = words;
}
