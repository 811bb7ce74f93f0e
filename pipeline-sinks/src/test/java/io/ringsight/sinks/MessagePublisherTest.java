package io.ringsight.sinks;

import static org.assertj.core.api.Assertions.assertThat;

import io.ringsight.core.frame.GapReason;
import io.ringsight.core.metrics.SinkMetrics;
import io.ringsight.core.time.ManualClock;
import io.ringsight.sinks.queue.Room;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessagePublisherTest {
    private final Kept first = new Kept();
    private final Kept second = new Kept();
    private final MessagePublisher publisher =
            new MessagePublisher(Sample.json(new ManualClock(Sample.NOW_UTC_NS)), List.of(first, second));

    @Test
    void encodesOnceForAllSinksAndMakesRoomForRecordingsOnly() {
        publisher.frame(Sample.frame("line1", 1, 0), false);
        publisher.gap(Sample.gap("line1", 1, GapReason.ENDED, 1, 1), true);
        assertThat(first.offered).hasSize(1);
        assertThat(first.put).hasSize(1);
        assertThat(second.offered.get(0)).isSameAs(first.offered.get(0));
        assertThat(second.put.get(0)).isSameAs(first.put.get(0));
        assertThat(first.put.get(0).type()).isEqualTo(MessageType.GAP);
    }

    @Test
    void aSinkWithoutRoomTakesNothingFromTheOthers() {
        first.full = true;
        publisher.frame(Sample.frame("line1", 1, 0), false);
        assertThat(first.offered).isEmpty();
        assertThat(second.offered).hasSize(1);
    }

    @Test
    void hasRoomWhenEverySinkHasAndTellsWhenOneHasAgain() {
        List<String> told = new ArrayList<>();
        publisher.onRoom(() -> told.add("room"));
        assertThat(publisher.hasRoom()).isTrue();
        second.room.set(false);
        assertThat(publisher.hasRoom()).isFalse();
        second.room.set(true);
        first.room.set(true);
        assertThat(told).containsExactly("room");
    }

    @Test
    void aSinkGetsTheTypesThatItWantsAndNoOthers() {
        MessageSink events = SelectedMessages.of(List.of(MessageType.EVENT), first);
        MessageSink all = SelectedMessages.of(List.of(MessageType.values()), second);
        MessagePublisher selecting =
                new MessagePublisher(Sample.json(new ManualClock(Sample.NOW_UTC_NS)), List.of(events, all));
        for (boolean lossless : new boolean[] {false, true}) {
            selecting.frame(Sample.frame("line1", 1, 0), lossless);
            selecting.decision(Sample.event("line1", 7), 1, lossless);
            selecting.gap(Sample.gap("line1", 1, GapReason.ENDED, 1, 1), lossless);
        }
        assertThat(all).isSameAs(second);
        assertThat(first.offered)
                .extracting(EncodedMessage::messageId)
                .containsExactly("line1/" + Sample.EPOCH + "/e7");
        assertThat(first.put).extracting(EncodedMessage::type).containsExactly(MessageType.EVENT);
        assertThat(second.offered)
                .extracting(EncodedMessage::type)
                .containsExactly(MessageType.FRAME, MessageType.EVENT, MessageType.GAP);
        assertThat(second.put).hasSize(3);
    }

    /** Keeps what it gets. */
    private static final class Kept implements MessageSink {
        private final List<EncodedMessage> offered = new ArrayList<>();
        private final List<EncodedMessage> put = new ArrayList<>();
        private final Room room = new Room();
        private boolean full;

        @Override
        public String name() {
            return "kept";
        }

        @Override
        public boolean offer(EncodedMessage message) {
            return !full && offered.add(message);
        }

        @Override
        public void put(EncodedMessage message) {
            put.add(message);
        }

        @Override
        public boolean hasRoom() {
            return room.isOpen();
        }

        @Override
        public void onRoom(Runnable listener) {
            room.onOpen(listener);
        }

        @Override
        public boolean awaitConnected(Duration limit) {
            return true;
        }

        @Override
        public SinkMetrics metrics() {
            return new SinkMetrics(name());
        }

        @Override
        public boolean close(Duration deadline) {
            return true;
        }
    }
}
