package io.ringsight.sinks.modbus;

import io.ringsight.sinks.modbus.Registers.Control;
import io.ringsight.sinks.modbus.Registers.Triggers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The two handshakes, as Cognex's readers have them. A trigger stays until it is acknowledged, and the acknowledgement until the
 * trigger is taken back; a result stays valid until it is acknowledged, and the next one comes when that is taken back. No
 * step is by time, so a controller of any speed misses nothing. One thread.
 */
final class Handshake {
    /** The parts whose number is remembered until their result comes. */
    private static final int MAX_NUMBERS = 1_000;

    private final Predicate<String> announcer;
    private final Map<String, Long> numbers = new LinkedHashMap<>();

    private boolean isAcked;
    /** Whether this trigger was looked at and not taken. */
    private boolean isRefused;

    private boolean isMissed;
    private boolean isOverrun;
    private boolean isEnabled;
    private Triggers triggers = new Triggers(0, 0);
    /** The result that is shown, or was last. */
    private PartResult shown = PartResult.NONE;

    private boolean isValid;

    /** @param announcer takes the id of a part that comes; false: it did not, and there will be no verdict */
    Handshake(Predicate<String> announcer) {
        this.announcer = announcer;
    }

    /**
     * Connected, perhaps again: a trigger that was acknowledged before, by this process or another, is not taken twice, and one
     * of another number is new although the one before was not seen to be taken back.
     */
    void recall(byte[] status, Control control) {
        isAcked = control.isTriggered() && Registers.isAcked(status, control.inspectionId());
        triggers = isAcked ? new Triggers(control.inspectionId(), triggers.missed()) : triggers;
    }

    /** Results were lost on their way here. */
    void overrun() {
        isOverrun = true;
    }

    /**
     * One look at what the controller says.
     *
     * @param waiting the result to show next; null: none
     * @return the result that the controller has taken now; null: none
     */
    PartResult step(Control control, PartResult waiting) {
        isEnabled = control.isEnabled();
        if (control.isClearing()) {
            isMissed = false;
            isOverrun = false;
        }
        trigger(control);
        if (isValid && control.isResultAcked()) {
            isValid = false;
            return shown;
        }
        if (!isValid && waiting != null && !control.isResultAcked()) {
            shown = waiting;
            isValid = true;
        }
        return null;
    }

    private void trigger(Control control) {
        if (!control.isTriggered()) {
            isAcked = false;
            isRefused = false;
        } else if (!isAcked && !isRefused) {
            isAcked = control.isEnabled() && announcer.test(control.partId());
            isRefused = !isAcked;
            isMissed = isRefused;
            triggers = isAcked
                    ? new Triggers(control.inspectionId(), triggers.missed())
                    : new Triggers(triggers.ackedId(), triggers.missed() + 1 & 0xFFFF);
            if (isAcked) {
                remember(control.partId(), control.inspectionId());
            }
        }
    }

    private void remember(String partId, long inspectionId) {
        numbers.put(partId, inspectionId);
        if (numbers.size() > MAX_NUMBERS) {
            numbers.remove(numbers.keySet().iterator().next());
        }
    }

    /** The number of the part that is shown; 0 if only its text is known. */
    private long resultId() {
        Long known = numbers.get(shown.partId());
        if (known != null) {
            return known;
        }
        boolean isNumber = shown.partId().matches("\\d{1,10}");
        long number = isNumber ? Long.parseLong(shown.partId()) : 0;
        return number <= 0xFFFF_FFFFL ? number : 0;
    }

    /** The status word. */
    int word() {
        return Registers.ONLINE
                | (isEnabled && !isAcked && !isRefused ? Registers.TRIGGER_READY : 0)
                | (isAcked ? Registers.TRIGGER_ACK : 0)
                | (isMissed ? Registers.MISSED_ACQUISITION : 0)
                | (isOverrun ? Registers.BUFFER_OVERRUN : 0)
                | (isValid ? Registers.RESULTS_VALID : 0);
    }

    /** The registers behind the head. */
    byte[] data() {
        return Registers.data(triggers, resultId(), shown);
    }

    /** How many triggers were missed, as its register says: the lowest 16 bits. */
    int missed() {
        return triggers.missed();
    }

    /** Whether a result waits for the controller. */
    boolean isValid() {
        return isValid;
    }
}
