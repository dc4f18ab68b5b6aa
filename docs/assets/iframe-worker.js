// Lets the search work in pages that are opened from a folder: browsers run no worker there. A hidden frame does its work.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.appendChild(frame)
      this.inside = frame.contentWindow
      const page = this.inside.document
      page.open()
      page.write(`<html><body><script>
        postMessage = message => parent.postMessage(message, "*")
        importScripts = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((done, failed) => {
          const script = document.createElement("script")
          Object.assign(script, {src: url, onload: done, onerror: failed})
          document.body.appendChild(script)
        })), Promise.resolve())
      <\/script></body></html>`)
      page.close()
      this.ready = new Promise((done, failed) => {
        const script = page.createElement("script")
        Object.assign(script, {src: url, onload: done, onerror: failed})
        page.body.appendChild(script)
      })
      addEventListener("message", event => {
        if (event.source !== this.inside) return
        event.stopImmediatePropagation()
        const message = new MessageEvent("message", {data: event.data})
        this.onmessage?.(message)
        this.dispatchEvent(message)
      })
    }

    postMessage(message) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", {data: message})))
    }
  }
}
