/**
 * Proves from the messages alone that no frame was lost without a word: what {@code ringsight verify} does, for a
 * consumer that checks while it reads.
 */
package io.ringsight.client.verify;
