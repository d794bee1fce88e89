/** How what a template says is told: false for debugging only, true with its time, 'print' bare and also under --quiet. */
export type ToldAs = boolean | 'print';
