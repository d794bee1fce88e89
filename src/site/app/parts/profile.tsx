import type { JSX } from 'preact';
import type { ColumnProfile } from '../../data/format.ts';
import { count, say, share } from '../words.ts';

const HEIGHT = 20;
const STEP = 10;

/** What is known of the values of a column: how many are missing, where they begin and end, how they spread. */
export function Profile({
  profile,
  rows,
}: {
  readonly profile: ColumnProfile;
  readonly rows: number;
}): JSX.Element {
  const { min, max, bars } = profile;
  const highest = (bars ?? []).reduce((most, bar) => Math.max(most, bar), 1);
  return (
    <>
      <span>{say('nulls', share(profile.nulls, rows))}</span>
      {min !== undefined && max !== undefined && (
        <span>{say(profile.as === 'length' ? 'lengths' : 'fromTo', min, max)}</span>
      )}
      {bars !== undefined && (
        <svg
          viewBox={`0 0 ${bars.length * STEP} ${HEIGHT}`}
          role="img"
          aria-label={say('spread', bars.map(count).join(', '))}
        >
          {bars.map((bar, i) => {
            const height = bar === 0 ? 0 : Math.max(1, (HEIGHT * bar) / highest);
            return <rect x={i * STEP} y={HEIGHT - height} width={STEP - 1} height={height} />;
          })}
        </svg>
      )}
    </>
  );
}
