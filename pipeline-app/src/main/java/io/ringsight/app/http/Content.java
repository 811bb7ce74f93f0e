package io.ringsight.app.http;

/** What is behind a route. */
public sealed interface Content permits Page, Answering, Feed {}
