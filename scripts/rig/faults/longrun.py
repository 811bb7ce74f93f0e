"""What a long run under faults must show, beside the account of its topic: figures that stay flat, and that it was tried."""
import statistics

WARM_UP, END = 1, 4  # fifths: the first warms up
GROWTH_PERCENT = 3
MORE = 2  # threads or descriptors
FIGURES = ("resident memory MB", "outside the heap MB", "threads", "descriptors")
SHARE = 0.4  # of the frames that its cameras would give without a fault


def fifths(readings):
    """Medians of each figure in the second and in the last fifth. readings: (seconds, figures…)."""
    fifth = len(readings) // 5
    return {part: [statistics.median(r[1 + i] for r in readings[part * fifth:(part + 1) * fifth]) for i in range(len(FIGURES))]
            for part in (WARM_UP, END)}


def grown_percent(medians):
    return 100 * (medians[END][0] / medians[WARM_UP][0] - 1)


def least_frames(cameras, fps, seconds):
    """Frames that must be delivered: a run that gives up is none."""
    return int(SHARE * cameras * fps * seconds)


def problems(readings, faults, reloads, reloaded):
    """What is not as it should be, in words. reloads: how many were asked for, reloaded: how many were taken."""
    if len(readings) < 25:
        return ["only %d readings, expected 25 at least: give it more minutes" % len(readings)]
    found, medians = [], fifths(readings)
    if not faults:
        found.append("no fault was made: give it more minutes")
    if reloaded != reloads:
        found.append("of %d new configurations %d were taken" % (reloads, reloaded))
    if grown_percent(medians) > GROWTH_PERCENT:
        found.append("memory grew by %.1f %%" % grown_percent(medians))
    for i in (2, 3):
        if medians[END][i] > medians[WARM_UP][i] + MORE:
            found.append("%s: %d, then %d" % (FIGURES[i], medians[WARM_UP][i], medians[END][i]))
    return found
