import { visible } from '../../../lib/format';
import { Marked } from './Marked';

/** Names and values in the order they were sent. Names repeat and order matters: the position is the identity. */
export function PairsTable({ pairs, sensitive }: { pairs: Iterable<readonly [string, string]>; sensitive?: ReadonlySet<string> }) {
  return (
    <table className="pairs">
      <tbody>
        {[...pairs].map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{visible(name)}</th>
            <td><Marked text={value} sensitive={sensitive?.has(name.toLowerCase()) ?? false} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
