// How far a long job is, as the server tells it; when it is over the page comes again with the result.
// Without the stream the page shows what it said when it was made.

class Progress extends HTMLElement {
  connectedCallback() {
    const stream = new EventSource(this.getAttribute("src") ?? "");
    this.stream = stream;
    stream.addEventListener("progress", (event) => {
      // From our own server, made by the same template as the page.
      this.innerHTML = event.data;
    });
    stream.addEventListener("over", () => {
      stream.close();
      location.reload();
    });
    this.leave = () => stream.close();
    addEventListener("pagehide", this.leave);
  }

  disconnectedCallback() {
    this.stream?.close();
    if (this.leave) removeEventListener("pagehide", this.leave);
  }
}

customElements.define("pz-progress", Progress);
