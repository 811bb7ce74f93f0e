/** Whether a camera still looks where its zones and lines were drawn. */
package io.ringsight.core.analyse.view;
