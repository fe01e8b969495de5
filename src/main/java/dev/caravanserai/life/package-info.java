/**
 * A session from asked-for to gone: anchor, objects, readiness, failure, end. Every write and
 * deletion names the uid of the life that it means. Knows no Camel.
 */
package dev.caravanserai.life;
