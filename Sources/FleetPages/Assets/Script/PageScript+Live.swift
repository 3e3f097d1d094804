extension PageScript {
  /// Makes one tree like another by changing only what differs: focus, open parts and typed text stay.
  static let morph = #"""
    const keyOf = (node) => node.nodeType === Node.ELEMENT_NODE ? node.id || node.dataset?.key || null : null;
    const isLike = (one, other) => one.nodeName === other.nodeName && keyOf(one) === keyOf(other);

    function morphAttributes(from, to) {
      for (const { name, value } of [...to.attributes]) {
        if (name === "open") continue;
        if (from.getAttribute(name) === value) continue;
        from.setAttribute(name, value);
        if (name === "data-open") from.open = value === "true";
      }
      for (const { name } of [...from.attributes]) {
        if (name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name);
      }
    }

    function morph(from, to) {
      if (from.nodeType !== Node.ELEMENT_NODE) {
        if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
        return;
      }
      morphAttributes(from, to);
      morphChildren(from, to);
    }

    function morphChildren(from, to) {
      const keyed = new Map();
      for (const child of from.children) if (keyOf(child)) keyed.set(keyOf(child), child);
      let here = from.firstChild;
      for (const wanted of [...to.childNodes]) {
        const key = keyOf(wanted);
        let match = key ? keyed.get(key) : here;
        if (match && !isLike(match, wanted)) match = null;
        if (!match) {
          from.insertBefore(wanted, here);
          continue;
        }
        if (match === here) here = here.nextSibling;
        else from.insertBefore(match, here);
        morph(match, wanted);
      }
      while (here) {
        const next = here.nextSibling;
        here.remove();
        here = next;
      }
    }
    """#

  /// Reads the journal's events and asks for the region anew. The last id it saw is where it goes on, so that nothing is
  /// lost while the server is away.
  static let live = #"""
    const longestWait = 8000;
    // The server sends a sign of life every few seconds; without one for so long, the connection is taken for dead.
    const longestSilence = 45000;
    const later = (time) => new Promise((done) => setTimeout(done, time));

    function follow() {
      const region = document.getElementById("live");
      if (!region) return;
      const status = document.getElementById("live-status");
      const news = document.getElementById("live-news");
      const pace = Number(region.dataset.pace);
      let last = region.dataset.after;
      let isAway = false;
      let asked = false;
      let isAsking = false;
      let words = "";

      const say = (tone, text) => {
        status.className = `live ${tone}`;
        if (status.textContent !== text) status.textContent = text;
      };

      async function refresh() {
        asked = true;
        if (isAsking) return;
        isAsking = true;
        while (asked) {
          asked = false;
          try {
            const address = new URL(location.href);
            address.searchParams.set("fragment", "1");
            const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
            if (answer.ok && !answer.redirected) show(await answer.text());
          } catch { /* the reader of events notices that the server is away, and asks again when it is back */ }
          await later(pace);
        }
        isAsking = false;
      }

      function show(text) {
        const active = document.activeElement;
        const parsed = new DOMParser().parseFromString(`<div>${text}</div>`, "text/html");
        morphChildren(region, parsed.body.firstElementChild);
        if (active && active !== document.body && !active.isConnected) document.getElementById("main").focus();
        prepared = null;
        applyFilter();
        if (words) news.textContent = words;
        words = "";
        region.dispatchEvent(new CustomEvent("refreshed", { bubbles: true }));
      }

      function heard(event) {
        if (event.id === undefined) return;
        last = event.id;
        if (event.data === undefined) return;
        let entry;
        try { entry = JSON.parse(event.data); } catch { return; }
        if (region.dataset.rollout && entry.rollout !== region.dataset.rollout) return;
        words = [entry.host, entry.text].filter(Boolean).join(": ");
        say("t-good", "Live");
        refresh();
      }

      async function read(answer, alive) {
        const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
        let rest = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) return;
          alive();
          const blocks = (rest + value).replaceAll("\r", "").split("\n\n");
          rest = blocks.pop();
          for (const block of blocks) {
            const event = {};
            for (const line of block.split("\n")) {
              const [, name, content] = /^(id|data): ?(.*)$/.exec(line) ?? [];
              if (name === "id") event.id = content;
              if (name === "data") event.data = event.data === undefined ? content : `${event.data}\n${content}`;
            }
            heard(event);
          }
        }
      }

      async function connect() {
        const headers = { Accept: "text/event-stream", "Last-Event-ID": last };
        const control = new AbortController();
        let silence = setTimeout(() => control.abort(), longestSilence);
        const alive = () => {
          clearTimeout(silence);
          silence = setTimeout(() => control.abort(), longestSilence);
        };
        const answer = await fetch(region.dataset.events, { headers, cache: "no-store", signal: control.signal });
        if (answer.status === 401 || answer.status === 403) return "signed out";
        if (!answer.ok) return "away";
        const wasAway = isAway;
        isAway = false;
        if (wasAway) {
          say("t-good", "Live again: connection resumed, nothing lost");
          refresh();
        } else say("t-good", "Live");
        alive();
        try { await read(answer, alive); } finally { clearTimeout(silence); }
        return "away";
      }

      async function run() {
        let wait = 500;
        for (;;) {
          let end = "away";
          const began = Date.now();
          try { end = await connect(); } catch { /* refused or cut */ }
          if (end === "signed out") return say("t-bad", "Signed out: load the page again");
          if (!isAway) say("t-warn", `Connection lost: shown as of ${new Date().toISOString().slice(11, 19)} UTC, trying again`);
          isAway = true;
          wait = Date.now() - began > longestWait ? 500 : Math.min(wait * 2, longestWait);
          await later(wait);
        }
      }

      run();
    }
    """#
}
