// What stands on each button. A button has a place; a blind order says which track lies at which place.
class Names {
  constructor(data) {
    const hidden = Boolean(data.names);
    this.real = hidden ? JSON.parse(new TextDecoder().decode(fromBase64(data.names))) : data.labels;
    this.order = this.real.map((_, index) => index); // place → track
    Object.assign(this, { hidden, lettered: hidden });
  }

  // letters in an order that nobody knows, the page's author included
  shuffle() {
    for (let last = this.order.length - 1; last > 0; last -= 1) {
      const other = Math.floor(Math.random() * (last + 1));
      [this.order[last], this.order[other]] = [this.order[other], this.order[last]];
    }
    Object.assign(this, { hidden: true, lettered: true });
  }

  reveal() {
    this.hidden = false;
  }

  letter(track) {
    if (!this.lettered) return "";
    const place = this.order.indexOf(track);
    return String.fromCharCode(65 + (place % 26)) + (place >= 26 ? Math.floor(place / 26) : "");
  }

  // the name that may be told
  told(track) {
    return this.hidden ? "" : this.real[track];
  }

  text(track) {
    return [this.letter(track), this.told(track)].filter(Boolean).join(" = ");
  }
}
