"""Curves over time as an SVG picture, without a library."""

WIDTH, PANEL, LEFT, RIGHT, TOP = 900, 130, 70, 20, 40
COLOURS = {"kill camera": "#c33", "freeze camera": "#36c", "kill broker": "#000", "pause broker": "#888", "reload": "#2a2"}
PANELS = (("resident memory, MB", 1, "#036"), ("outside the heap, MB", 2, "#069"), ("threads", 3, "#630"), ("descriptors", 4, "#360"))


def write(path, readings, faults, title):
    """readings: (seconds, memory MB, outside the heap MB, threads, descriptors); faults: (seconds, kind)."""
    height = TOP + PANEL * len(PANELS) + 50
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">' % (WIDTH, height),
           '<rect width="100%" height="100%" fill="white"/>', '<text x="%d" y="20" font-size="14">%s</text>' % (LEFT, title)]
    end = readings[-1][0] or 1
    step = max(1, len(readings) // 900)

    def x(seconds):
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / end

    for row, (name, index, colour) in enumerate(PANELS):
        bottom = TOP + PANEL * (row + 1) - 15
        most = max(r[index] for r in readings) * 1.15 or 1
        scale = (PANEL - 35) / most
        for share in (0, 0.5, 1):
            y = bottom - most / 1.15 * share * scale
            out.append('<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f" text-anchor="end">%.0f</text>'
                       % (LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, most / 1.15 * share))
        points = " ".join("%.1f,%.1f" % (x(r[0]), bottom - r[index] * scale) for r in readings[::step])
        out.append('<text x="%d" y="%d">%s</text>' % (LEFT, bottom - PANEL + 30, name))
        out.append('<polyline fill="none" stroke="%s" stroke-width="1.3" points="%s"/>' % (colour, points))
    base = TOP + PANEL * len(PANELS)
    for at, kind in faults:
        out.append('<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="%s"/>' % (x(at), x(at), base - 8, base, COLOURS[kind]))
    for i, (kind, colour) in enumerate(COLOURS.items()):
        out.append('<text x="%d" y="%d" fill="%s">%s</text>' % (LEFT + 120 * i, base + 18, colour, kind))
    for minute in range(0, int(end / 60) + 1, max(1, int(end / 600))):
        out.append('<text x="%.1f" y="%d" text-anchor="middle">%d min</text>' % (x(minute * 60), base + 36, minute))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(out + ["</svg>", ""]))
