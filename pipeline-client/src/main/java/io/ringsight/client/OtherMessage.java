package io.ringsight.client;

import java.time.Instant;

/**
 * A message of a type that this version does not know, from a newer daemon of the same major version. Immutable.
 *
 * @param identity which message of which source it is
 * @param type the type (field {@code type})
 * @param publishedAt when it was made, by the daemon's clock (field {@code publishedAt})
 * @param json the whole message
 */
public record OtherMessage(Identity identity, String type, Instant publishedAt, String json) implements Message {}
