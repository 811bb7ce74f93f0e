/** Objects by the names that a configuration gives them. */
package io.ringsight.core.analyse.named;
