/** Native memory by its address. */
package io.ringsight.core.memory;
