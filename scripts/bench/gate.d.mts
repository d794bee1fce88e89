interface Measured {
  readonly name: string;
  readonly ours?: { readonly min: number };
  readonly baseline?: { readonly min: number };
  readonly against?: string;
}
export declare function judge(
  areas: Readonly<Record<string, { readonly measurements: readonly Measured[] }>>,
): { readonly lines: readonly string[]; readonly isWithin: boolean };
