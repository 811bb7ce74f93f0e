/** The JSON of messages: {@code MessageReader} reads it, {@code MessageWriter} writes it; one class for each part of a message. */
package io.ringsight.client.json;
