import { Counter, Gauge, type Registry } from "prom-client";
import { LIMITS, type Limit } from "../lib/limits.js";

export interface LimitMetrics {
  hit(limit: Limit, times?: number): void;
  /** Requests that wait for room. */
  waiting(requests: number): void;
}

export function createLimitMetrics(registers: Registry[]): LimitMetrics {
  const hits = new Counter({
    name: "trailtag_limit_hits_total",
    help: "Requests, documents and connections that met a limit, by limit.",
    labelNames: ["limit"],
    registers,
  });
  // From the start: an alert on the rate of a series that is not there yet misses the first hit.
  for (const limit of LIMITS) hits.inc({ limit }, 0);
  const waiting = new Gauge({
    name: "trailtag_requests_waiting",
    help: "Requests that wait for room under limits.in_flight_bytes.",
    registers,
  });
  return {
    hit: (limit, times = 1) => hits.inc({ limit }, times),
    waiting: (requests) => waiting.set(requests),
  };
}
