/**
 * An element with its class and its content. Text goes in as text, never as markup.
 *
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 * @param {...(Node | string)} content
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function build(name, className, ...content) {
  const element = document.createElement(name);
  element.className = className;
  element.append(...content);
  return element;
}

/** @param {string} id */
export function find(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`Expected the page to have #${id}.`);
  return element;
}

/** @param {Date} date */
export function clockTime(date) {
  return date.toTimeString().slice(0, 8);
}
