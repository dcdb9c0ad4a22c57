// textual.js makes a terminal of every .textual-terminal once the page is loaded. This tells it where its screen is,
// has it wait for the font, by which it measures a cell, keeps what is typed until there is a connection, and says why
// a screen has ended.
"use strict";

const terminal = document.getElementById("terminal");
const there = new URL("ws", location.href);
there.protocol = "ws:";
there.search = "";
terminal.dataset.sessionWebsocketUrl = there.href;

const size = parseInt(new URLSearchParams(location.search).get("fontsize"), 10);
terminal.dataset.fontSize = size >= 6 && size <= 60 ? size : 16;

window.WebSocket = class extends WebSocket {
  constructor(...address) {
    super(...address);
    this.addEventListener("close", (event) => {
      document.getElementById("words").textContent = event.reason || "The connection is lost; a run goes on.";
      const again = document.getElementById("again");
      again.hidden = event.code === 1001; // the server has ended
      again.focus();
    });
  }

  send(data) {
    if (this.readyState === WebSocket.CONNECTING) {
      this.addEventListener("open", () => super.send(data), { once: true });
    } else {
      super.send(data);
    }
  }
};

// xterm.js takes every key for the program. These two belong to the clipboard: Ctrl+V pastes what another program has
// copied, Ctrl+C copies what is marked (Shift and drag), and is the program's where nothing is.
window.addEventListener(
  "keydown",
  (event) => {
    const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const key = held ? event.key.toLowerCase() : "";
    if (key === "v") {
      event.stopImmediatePropagation();
    } else if (key === "c") {
      const copy = new ClipboardEvent("copy", { clipboardData: new DataTransfer(), bubbles: true, cancelable: true });
      if (!document.querySelector(".xterm-helper-textarea").dispatchEvent(copy)) {
        navigator.clipboard.writeText(copy.clipboardData.getData("text/plain"));
        event.stopImmediatePropagation();
        event.preventDefault();
      }
    }
  },
  true,
);

document.getElementById("again").onclick = () => location.reload();

const start = window.onload;
window.onload = async (event) => {
  const faces = ["", "bold ", "italic ", "bold italic "];
  await Promise.allSettled(faces.map((face) => document.fonts.load(`${face}16px "Roboto Mono"`)));
  start(event);
  document.querySelector(".xterm-helper-textarea").focus();
};
