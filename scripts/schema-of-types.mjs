/**
 * JSON Schema of TypeScript types, as far as the protocol needs it: interfaces, literals, unions, arrays, `Record` of
 * texts, and names, also imported ones. Every number is a whole one from 0, as on our wire. What else a type cannot say
 * stands in tags of its comment (`@minLength`, `@maxLength`, `@minimum`, `@maximum`; `@default`: may be left out). A construct that is not known is an error that names
 * it, so that nothing is left out in silence.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

/**
 * @typedef {Record<string, unknown>} Schema
 * @typedef {import('oxc-parser').TSType} TypeNode
 * @typedef {{ file: string, type: TypeNode | Member[], comment: string }} Declaration
 * @typedef {import('oxc-parser').TSSignature} Member
 * @typedef {{ local: Map<string, Declaration>, imported: Map<string, string> , source: Source }} Module
 * @typedef {{ file: string, text: string, comments: import('oxc-parser').Comment[] }} Source
 */

/** @type {Map<string, Schema>} */
const plainTypes = new Map([
  ['TSStringKeyword', { type: 'string' }],
  ['TSNumberKeyword', { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }],
  ['TSBooleanKeyword', { type: 'boolean' }],
  ['TSNullKeyword', { type: 'null' }],
  ['TSUnknownKeyword', {}],
]);
const numericTags = ['minimum', 'maximum', 'minLength', 'maxLength'];

/** Reads types of TypeScript files and gathers what they refer to. */
export class TypeSchemas {
  /** @type {Map<string, Module>} */
  #modules = new Map();
  /** The file of each named type met so far. @type {Map<string, string>} */
  #homes = new Map();
  /** The named types met so far, by name. @type {Record<string, Schema>} */
  definitions = {};

  /**
   * The members of a union, each by itself.
   *
   * @param {string} file absolute path
   * @param {string} name of the union
   * @returns {Schema[]}
   */
  membersOf(file, name) {
    const { type, file: home } = this.#declarationOf(file, name);
    if (Array.isArray(type) || type.type !== 'TSUnionType') return [this.schemaOf(file, name)];
    return type.types.map((one) => {
      if (one.type !== 'TSTypeReference') return this.#schema(home, one);
      return this.schemaOf(home, nameOf(one));
    });
  }

  /**
   * @param {string} file absolute path of a file that declares or imports the type
   * @param {string} name
   * @returns {Schema}
   */
  schemaOf(file, name) {
    const { type, comment, file: home } = this.#declarationOf(file, name);
    const schema = Array.isArray(type) ? this.#object(home, type) : this.#schema(home, type);
    return described(schema, comment);
  }

  /**
   * @param {string} file
   * @param {string} name
   * @returns {Declaration}
   */
  #declarationOf(file, name) {
    const { local, imported } = this.#moduleOf(file);
    const found = local.get(name);
    if (found !== undefined) return found;
    const from = imported.get(name);
    if (from === undefined) throw new Error(`Expected ${file} to declare or import \`${name}\`.`);
    return this.#declarationOf(path.resolve(path.dirname(file), from), name);
  }

  /**
   * @param {string} file
   * @returns {Module}
   */
  #moduleOf(file) {
    const known = this.#modules.get(file) ?? readModule(file);
    this.#modules.set(file, known);
    return known;
  }

  /**
   * @param {string} file
   * @param {TypeNode} node
   * @returns {Schema}
   */
  #schema(file, node) {
    const plain = plainTypes.get(node.type);
    if (plain !== undefined) return { ...plain };
    if (node.type === 'TSLiteralType') return { const: literalOf(node) };
    if (node.type === 'TSArrayType')
      return { type: 'array', items: this.#schema(file, node.elementType) };
    const isReadonly = node.type === 'TSTypeOperator' && node.operator === 'readonly';
    if (isReadonly || node.type === 'TSParenthesizedType')
      return this.#schema(file, node.typeAnnotation);
    if (node.type === 'TSTypeLiteral') return this.#object(file, node.members);
    if (node.type === 'TSUnionType') return this.#union(file, node.types);
    if (node.type === 'TSTypeReference') return this.#reference(file, node);
    throw new Error(`${file}: there is no schema for a ${node.type}. Say it more plainly.`);
  }

  /**
   * @param {string} file
   * @param {import('oxc-parser').TSTypeReference} node
   * @returns {Schema}
   */
  #reference(file, node) {
    const name = nameOf(node);
    const inner = node.typeArguments?.params ?? [];
    if (name === 'Readonly' && inner[0] !== undefined) return this.#schema(file, inner[0]);
    if (name === 'Record' && inner[0]?.type === 'TSStringKeyword' && inner[1] !== undefined)
      return { type: 'object', additionalProperties: this.#schema(file, inner[1]) };
    if (inner.length > 0) throw new Error(`${file}: there is no schema for ${name}<…>.`);
    this.#checkHome(file, name);
    if (!Object.hasOwn(this.definitions, name)) {
      // Named first: a type may speak of itself.
      this.definitions[name] = {};
      this.definitions[name] = this.schemaOf(file, name);
    }
    return { $ref: `#/$defs/${name}` };
  }

  /**
   * Definitions go by name: two types of one name would be taken for each other.
   *
   * @param {string} file
   * @param {string} name
   */
  #checkHome(file, name) {
    const { file: home } = this.#declarationOf(file, name);
    const known = this.#homes.get(name) ?? home;
    if (known !== home)
      throw new Error(`Expected one \`${name}\`, got those of ${known} and ${home}.`);
    this.#homes.set(name, home);
  }

  /**
   * @param {string} file
   * @param {TypeNode[]} types
   * @returns {Schema}
   */
  #union(file, types) {
    const schemas = types.map((one) => this.#schema(file, one));
    if (schemas.every((one) => 'const' in one)) return { enum: schemas.map((one) => one['const']) };
    return { anyOf: schemas };
  }

  /**
   * @param {string} file
   * @param {Member[]} members
   * @returns {Schema}
   */
  #object(file, members) {
    /** @type {Record<string, Schema>} */
    const properties = {};
    /** @type {string[]} */
    const required = [];
    for (const member of members) {
      if (
        member.type !== 'TSPropertySignature' ||
        member.computed ||
        member.key.type !== 'Identifier'
      )
        throw new Error(`${file}: expected only named properties, got a ${member.type}.`);
      const type = member.typeAnnotation?.typeAnnotation;
      if (type === undefined) throw new Error(`${file}: \`${member.key.name}\` has no type.`);
      const { source } = this.#moduleOf(file);
      const schema = described(this.#schema(file, type), commentBefore(source, member.start));
      properties[member.key.name] = schema;
      if (!member.optional && !('default' in schema)) required.push(member.key.name);
    }
    return { type: 'object', properties, required };
  }
}

/**
 * @param {import('oxc-parser').TSTypeReference} node
 * @returns {string}
 */
function nameOf({ typeName }) {
  if (typeName.type === 'Identifier') return typeName.name;
  throw new Error('Expected a type to be named by one word.');
}

/**
 * @param {import('oxc-parser').TSLiteralType} node
 * @returns {string | number | boolean}
 */
function literalOf({ literal }) {
  if (literal.type === 'Literal' && ['string', 'number', 'boolean'].includes(typeof literal.value))
    return /** @type {string | number | boolean} */ (literal.value);
  throw new Error(`There is no schema for a literal type of ${literal.type}.`);
}

/**
 * @param {string} file
 * @returns {Module}
 */
function readModule(file) {
  const text = readFileSync(file, 'utf8');
  const { program, comments } = parseSync(file, text);
  const source = { file, text, comments };
  /** @type {Module} */
  const module = { local: new Map(), imported: new Map(), source };
  for (const statement of program.body) {
    if (statement.type === 'ImportDeclaration') {
      for (const { local } of statement.specifiers)
        module.imported.set(local.name, statement.source.value);
    }
    const declaration =
      statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    const comment = commentBefore(source, statement.start);
    if (declaration?.type === 'TSInterfaceDeclaration') {
      if (declaration.extends.length > 0)
        throw new Error(`${file}: \`${declaration.id.name}\` extends another type. Write it out.`);
      module.local.set(declaration.id.name, { file, type: declaration.body.body, comment });
    } else if (declaration?.type === 'TSTypeAliasDeclaration')
      module.local.set(declaration.id.name, { file, type: declaration.typeAnnotation, comment });
  }
  return module;
}

/**
 * @param {Source} source
 * @param {number} at
 * @returns {string} the text of the JSDoc comment right before this place; empty where there is none
 */
function commentBefore({ text, comments }, at) {
  const found = comments.find(({ end }) => end <= at && text.slice(end, at).trim() === '');
  if (found === undefined || !found.value.startsWith('*')) return '';
  return found.value
    .slice(1)
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim();
}

/**
 * @param {Schema} schema
 * @param {string} comment
 * @returns {Schema} with what the comment says of it
 */
function described(schema, comment) {
  /** @type {Schema} */
  const said = {};
  const [prose = '', ...tags] = comment.split(/(?:^|\s)@(?=[a-zA-Z])/);
  const description = prose.replaceAll(/\s+/g, ' ').trim();
  if (description !== '') said['description'] = description;
  for (const tag of tags) {
    const [, name = '', value = ''] = /^(\w+)\s*([^]*)$/.exec(tag.trim()) ?? [];
    if (name === 'default') said['default'] = /** @type {unknown} */ (JSON.parse(value));
    else if (numericTags.includes(name) && /^\d+$/.test(value)) said[name] = Number(value);
    else throw new Error(`There is no schema for the tag @${name} ${value}.`);
  }
  return { ...schema, ...said };
}
