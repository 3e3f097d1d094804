import Testing

/// What is tested in a real browser: one at a time, since each takes a processor of its own.
@Suite(.serialized) enum BrowserTests {}
