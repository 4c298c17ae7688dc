package org.backbonelab.study;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.backbonelab.io.DiskFullException;
import org.junit.jupiter.api.Test;

class DiskRoomTest {
    @Test
    void triesAgainUntilThereIsRoom() {
        AtomicInteger tries = new AtomicInteger();
        new DiskRoom(Duration.ofMillis(1), Duration.ofMinutes(1)).await(() -> {
            if (tries.incrementAndGet() < 4) {
                throw new DiskFullException("full");
            }
        });
        assertEquals(4, tries.get());
    }

    @Test
    void givesUpWithTheReason() {
        DiskRoom room = new DiskRoom(Duration.ofMillis(1), Duration.ofMillis(50));
        DiskFullException e = assertThrows(
                DiskFullException.class,
                () -> room.await(() -> {
                    throw new DiskFullException("the disk is full: x");
                }));
        assertEquals("the disk is full: x", e.getMessage());
    }
}
