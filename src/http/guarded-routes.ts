import { Router, type RequestHandler } from "express";
import type { Guards } from "./authenticate.js";
import { onlyMethods } from "./error-answers.js";
import { ROUTES, type Requirement, type RoutePath } from "./route-scopes.js";

/** One path, or several that are one route: metrics and the audit log name it by the first. */
type Paths = RoutePath | readonly [RoutePath, ...RoutePath[]];

/** Adds routes to a router, each behind the guard that its entry in `ROUTES` asks for. */
export interface GuardedRoutes {
  readonly router: Router;
  get(paths: Paths, handler: RequestHandler): void;
  head(paths: Paths, handler: RequestHandler): void;
  post(paths: Paths, handler: RequestHandler): void;
  put(paths: Paths, handler: RequestHandler): void;
  /** Answers 405 to all other methods. */
  only(paths: Paths, ...methods: readonly string[]): void;
}

export function guardedRoutes(guards: Guards, router: Router = Router()): GuardedRoutes {
  const add =
    (method: "get" | "head" | "post" | "put") =>
    (paths: Paths, handler: RequestHandler): void => {
      router[method](list(paths), guards.require(requirementOfAll(paths)), handler);
    };
  return {
    router,
    get: add("get"),
    head: add("head"),
    post: add("post"),
    put: add("put"),
    only: (paths, ...methods) => {
      router.all(list(paths), guards.require(requirementOfAll(paths)), onlyMethods(...methods));
    },
  };
}

function list(paths: Paths): string[] {
  return typeof paths === "string" ? [paths] : [...paths];
}

function requirementOfAll(paths: Paths): Requirement {
  const [first, ...others] = typeof paths === "string" ? [paths] : paths;
  const requirement = ROUTES[first];
  if (others.some((path) => ROUTES[path] !== requirement)) {
    throw new TypeError(`${list(paths).join(", ")} are one route and ask for different scopes.`);
  }
  return requirement;
}
