// @ts-check
/** The notes around the one in sight: submitted ones behind, fetched and left ones ahead. Lives as long as the page. */

/** @typedef {{data: any, rows: any[], seconds: number}} Done a submitted note, as it was sent */
/** @typedef {{data: any, draft: import("./draft.js").Draft | null, work: {spans: any[], seconds: number} | null}} Ahead */

const LONGEST = 20;

export class Trail {
  constructor() {
    /** @type {Done[]} */
    this.behind = [];
    /** @type {Ahead[]} left on the way back, the nearest last */
    this.left = [];
    /** @type {any[]} payloads fetched and not shown */
    this.ready = [];
  }

  /** @param {Done} done */
  submitted(done) {
    this.forget(done.data.task);
    this.behind = [...this.behind, done].slice(-LONGEST);
  }

  /** @returns {Done | undefined} */
  get last() {
    return this.behind.at(-1);
  }

  /** @param {number} task */
  find(task) {
    return this.behind.find(({ data }) => data.task === task);
  }

  /** @param {number} task */
  forget(task) {
    this.behind = this.behind.filter(({ data }) => data.task !== task);
  }

  /** @returns {Ahead | undefined} */
  takeNext() {
    const left = this.left.pop();
    if (left) return left;
    const data = this.ready.shift();
    return data && { data, draft: null, work: null };
  }

  /** @param {any} data a payload; one that is here already is not added */
  fetched(data) {
    if (data && !this.tasksAhead.includes(data.task)) this.ready.push(data);
  }

  /** @param {number[]} lost */
  drop(lost) {
    this.ready = this.ready.filter(({ task }) => !lost.includes(task));
    this.left = this.left.filter(({ data }) => !lost.includes(data.task));
  }

  get tasksAhead() {
    return [...this.ready.map(({ task }) => task), ...this.left.map(({ data }) => data.task)];
  }
}
