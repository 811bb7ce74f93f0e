/**
 * What Ringsight publishes, as typed values, for programs that read it.
 *
 * <pre>
 *   bytes (Kafka, file) ──▶ json.MessageReader ──▶ Message = FrameMessage | GapMessage | EventMessage | VerdictMessage | …
 *                     └───▶ verify.TopicVerifier ──▶ Findings: is every frame told of, once and in order?
 * </pre>
 *
 * <p>Needs jackson-core and nothing else; {@code client.kafka} needs kafka-clients, too. All values are immutable and
 * may be shared between threads. The format itself is described by {@code conf/schema/message.schema.json}.
 */
package io.ringsight.client;
