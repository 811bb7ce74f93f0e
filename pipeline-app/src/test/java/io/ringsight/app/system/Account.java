package io.ringsight.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeMap;

/**
 * One source's messages of one run in the order they were read, checked against the promise: every frame the decoder
 * gave is in a message or counted in a gap, in order, once.
 */
final class Account {
    private final List<Json> messages;

    private Account(List<Json> messages) {
        this.messages = messages;
    }

    /** The messages of {@code sourceId} among {@code lines}; fails where a frame is missing, twice or out of order. */
    static Account of(List<String> lines, String sourceId) {
        List<Json> messages = lines.stream()
                .map(Json::parse)
                .filter(message -> message.text("sourceId").equals(sourceId))
                .toList();
        assertThat(messages).as("messages of " + sourceId).isNotEmpty();
        Account account = new Account(messages);
        account.check();
        return account;
    }

    /** The frame messages. */
    List<Json> frames() {
        return messages.stream().filter(Account::isFrame).toList();
    }

    /** The gap messages. */
    List<Json> gaps() {
        return messages.stream().filter(message -> !isFrame(message)).toList();
    }

    /** Frames the decoder gave, by the last message's number. */
    long decoded() {
        return messages.get(messages.size() - 1).integer("frameSeq");
    }

    /** Frames not in a message, by reason. */
    TreeMap<String, Long> lost() {
        TreeMap<String, Long> lost = new TreeMap<>();
        for (Json message : messages) {
            for (Json gap : message.objects("gaps")) {
                lost.merge(gap.text("reason"), gap.integer("frames"), Long::sum);
            }
        }
        return lost;
    }

    /** Nothing is left out at the end: the last message tells why there are no more, and accounts for all before it. */
    void assertEndsWith(String reason) {
        Json last = messages.get(messages.size() - 1);
        assertThat(isFrame(last)).as("the last message is a gap: " + last).isFalse();
        assertThat(last.text("reason")).isEqualTo(reason);
    }

    private void check() {
        long before = 0;
        for (Json message : messages) {
            long frameSeq = message.integer("frameSeq");
            assertThat(message.integer("prevFrameSeq"))
                    .as("prevFrameSeq of " + message)
                    .isEqualTo(before);
            long lost = message.objects("gaps").stream()
                    .mapToLong(gap -> gap.integer("frames"))
                    .sum();
            assertThat(lost + (isFrame(message) ? 1 : 0))
                    .as("frames accounted for by " + message)
                    .isEqualTo(frameSeq - before);
            before = frameSeq;
        }
        assertThat(messages.stream().map(message -> message.text("streamEpoch")).distinct())
                .hasSize(1);
        assertThat(messages.stream().map(message -> message.text("messageId"))).doesNotHaveDuplicates();
    }

    private static boolean isFrame(Json message) {
        return message.text("type").equals("frame");
    }
}
