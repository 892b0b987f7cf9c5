import { type FormEvent, useState } from 'react';
import { addSilence } from './api';
import type { Silence } from './types';

interface Props {
  start: { namespace?: string | undefined; service?: string | undefined; kind?: string | undefined; source?: string | undefined };
  onDone(silence: Silence): void;
}

const parts = [['namespace', 'Namespace'], ['service', 'Service'], ['kind', 'Kind'], ['source', 'Source address']] as const;
const durations = [[900, '15 minutes'], [3600, '1 hour'], [14_400, '4 hours'], [86_400, '1 day'], [604_800, '7 days']] as const;

/** What is not told for a time: every part that is filled in must fit. */
export function SilenceForm({ start, onDone }: Props) {
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(parts.map(([name]) => [name, start[name] ?? ''])));
  const [seconds, setSeconds] = useState(3600);
  const [comment, setComment] = useState('');
  const [trouble, setTrouble] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const given = Object.fromEntries(Object.entries({ ...values, comment }).filter(([, text]) => text !== ''));
      onDone(await addSilence({ ...given, durationSeconds: seconds }));
    } catch (failure) {
      setTrouble(failure instanceof Error ? failure.message : String(failure));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} data-testid="silence-form">
      <p className="muted">It stays on this page; receivers are not told of what fits every part. * stands for any characters, an empty part for everything.</p>
      <div className="fields two">
        {parts.map(([name, label]) => (
          <label key={name}>
            {label}
            <input type="text" name={name} value={values[name]} maxLength={512} spellCheck={false} autoComplete="off" onChange={(event) => setValues({ ...values, [name]: event.target.value })} />
          </label>
        ))}
        <label>
          For
          <select name="duration" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
            {durations.map(([value, text]) => <option key={value} value={value}>{text}</option>)}
          </select>
        </label>
        <label>
          Why
          <input type="text" name="comment" value={comment} maxLength={512} onChange={(event) => setComment(event.target.value)} />
        </label>
      </div>
      <p className="trouble" role="alert">{trouble}</p>
      <div className="actions"><button type="submit" className="button primary" data-testid="silence-add">Silence</button></div>
    </form>
  );
}
