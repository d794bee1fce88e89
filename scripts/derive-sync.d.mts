export declare const DERIVED: readonly string[];
export declare function derive(name: string): Promise<string>;
export declare function current(name: string): string;
