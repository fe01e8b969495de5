/** The Camel component {@code pod:}, sessions for routes. */
package dev.caravanserai.component;
