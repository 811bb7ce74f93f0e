/**
 * What is concluded from the frames of a source, beside what each of them shows: values that the Analyse stage makes and
 * sinks encode.
 */
package io.ringsight.core.decision;
