/**
 * The Camel component {@code pod:}, sessions for routes: endpoint, headers, and one class for what
 * each operation makes of an exchange. What an operation does to a session is in {@link
 * dev.caravanserai.life}; what is measured of it in {@link dev.caravanserai.component.metrics}.
 */
package dev.caravanserai.component;
