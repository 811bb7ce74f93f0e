/** Ringsight's messages as values of Kafka records: what a consumer or Kafka Streams is configured with. */
package io.ringsight.client.kafka;
