/**
 * What passes the parameters of the session Kamelets through Camel unchanged, and what makes use of
 * their results: JSON, and the memory that output takes.
 */
package dev.caravanserai.component.kamelet;
