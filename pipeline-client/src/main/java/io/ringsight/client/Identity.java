package io.ringsight.client;

import java.util.Optional;

/**
 * Which message of which source it is. Immutable.
 *
 * @param schemaVersion version of the format, such as {@code 1.2} (field {@code schemaVersion})
 * @param messageId unique among all messages of all time; a message that comes twice has the same (field
 *     {@code messageId})
 * @param sourceId the camera, and the Kafka key (field {@code sourceId})
 * @param sourceName what people call the camera, where its configuration names it; may change, need not be unique (field
 *     {@code sourceName})
 * @param streamEpoch the daemon's run, new at each start; frame numbers begin at 1 in each (field {@code streamEpoch})
 */
public record Identity(
        String schemaVersion, String messageId, String sourceId, Optional<String> sourceName, String streamEpoch) {}
