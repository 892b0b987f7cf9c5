import { visible } from '../../../lib/format';

/** Names and values in the order they were sent. Names repeat and order matters: the position is the identity. */
export function PairsTable({ pairs }: { pairs: Iterable<readonly [string, string]> }) {
  return (
    <table className="pairs">
      <tbody>
        {[...pairs].map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{visible(name)}</th>
            <td>{visible(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
