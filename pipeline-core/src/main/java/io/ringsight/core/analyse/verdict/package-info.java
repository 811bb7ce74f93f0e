/**
 * One verdict for each part within its deadline. It fails safe: whatever is missing gives {@code unknown}.
 *
 * <pre>
 * Analyse thread ─▶ FrameNotes ─▶ PartLine (its own thread) ─▶ verdicts
 *                                    ▲ announcements (any thread)
 * </pre>
 */
package io.ringsight.core.analyse.verdict;
