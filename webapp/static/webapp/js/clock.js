// @ts-check
/** Seconds a person was at work: not while the page is hidden, nor after 30 seconds without a sign of life. */

const IDLE = 30_000;

export class Clock {
  /**
   * @param {number} seconds already spent
   * @param {() => number} [now] milliseconds
   */
  constructor(seconds, now = () => performance.now()) {
    this.now = now;
    this.spent = seconds * 1000;
    this.last = now();
    this.alive = now();
    this.visible = true;
  }

  /** Counts the time since the last call, as far as somebody was there. */
  tick() {
    const now = this.now();
    if (this.visible) this.spent += Math.max(0, Math.min(now, this.alive + IDLE) - this.last);
    this.last = now;
  }

  /** A sign of life. */
  touch() {
    this.tick();
    this.alive = this.now();
  }

  /** @param {boolean} visible */
  show(visible) {
    this.tick();
    this.visible = visible;
    if (visible) this.alive = this.now();
  }

  get seconds() {
    this.tick();
    return Math.round(this.spent / 1000);
  }

  /**
   * Follows the page.
   * @param {Document} page
   * @param {AbortSignal} [signal] ends it
   */
  follow(page, signal) {
    for (const kind of ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchstart"]) {
      page.addEventListener(kind, () => this.touch(), { passive: true, capture: true, signal });
    }
    page.addEventListener("visibilitychange", () => this.show(page.visibilityState === "visible"), { signal });
    this.show(page.visibilityState === "visible");
    return this;
  }
}
