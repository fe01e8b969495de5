package dev.caravanserai.local;

import java.nio.file.Path;

/**
 * What a pod's run needs of its node.
 *
 * @param id the marker of this home's processes
 * @param life the one thread on which pods change
 * @param streams the one thread that moves bytes
 */
record KubeletContext(
    ObjectStore store, Path home, String id, Sandbox sandbox, Pump life, Pump streams) {}
