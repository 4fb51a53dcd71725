// The real network: the one call of the runtime's fetch.

export const network = (request: Request): Promise<Response> => fetch(request);
