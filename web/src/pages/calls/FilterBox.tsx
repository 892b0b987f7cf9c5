import { type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from 'react';
import type { FilterField, Problem } from '../../api/types';
import { Icon } from '../../components/Icon';
import { caretUnder, type KnownValues, suggest } from './filter-text';

interface Props {
  value: string;
  fields: readonly FilterField[];
  problem: Problem | undefined;
  recent: readonly string[];
  saved: readonly string[];
  values: KnownValues;
  handle: Ref<{ focus(): void }>;
  onApply(filter: string): void;
  onLeave(): void;
  /** Keeps the filter, or lets go of it when it is kept. */
  onSave(filter: string): void;
}

interface Option {
  label: string;
  kind: string;
  description: string;
  accept(): void;
}

/** A combobox: fields and methods while typing, recent filters and examples while empty. Enter applies. */
export function FilterBox({ value, fields, problem, recent, saved, values, handle, onApply, onLeave, onSave }: Props) {
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState(0);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const listId = useId();
  const errorId = useId();

  useEffect(() => setText(value), [value]);
  useImperativeHandle(handle, () => ({ focus: () => input.current?.select() }), []);

  const apply = (filter: string) => {
    setOpen(false);
    setActive(-1);
    setText(filter);
    onApply(filter.trim());
  };

  const replace = (from: number, insert: string) => {
    const next = text.slice(0, from) + insert + text.slice(cursor);
    const at = from + insert.length;
    setText(next);
    setCursor(at);
    setActive(-1);
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };

  const options: Option[] = !open
    ? []
    : text.trim() === ''
      ? [...saved.map((filter) => ({ label: filter, kind: 'saved', description: '', accept: () => apply(filter) })),
         ...recent.filter((filter) => !saved.includes(filter)).map((filter) => ({ label: filter, kind: 'recent', description: '', accept: () => apply(filter) })),
         ...(recent.length + saved.length < 3 ? examples.map(([filter, description]) => ({ label: filter, kind: 'example', description, accept: () => apply(filter) })) : [])]
      : suggest(text, cursor, fields, 8, values).map((found) => ({ ...found, accept: () => replace(found.from, found.insert) }));

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      if (options.length > 0) {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
      }
    } else if (event.key === 'Tab' && options.length > 0 && text.trim() !== '' && !event.shiftKey) {
      event.preventDefault();
      (options[active] ?? options[0])?.accept();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const option = options[active];
      if (option) option.accept();
      else apply(text);
    } else if (event.key === 'Escape') {
      if (options.length > 0) setOpen(false);
      else onLeave();
    }
  };

  const caret = problem && text.trim() === value ? caretUnder(value, problem) : undefined;
  return (
    <div className="filter">
      <div className={problem ? 'filter-field invalid' : 'filter-field'}>
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          role="combobox"
          aria-label="Filter (CEL)"
          aria-autocomplete="list"
          aria-expanded={options.length > 0}
          aria-controls={listId}
          aria-activedescendant={options[active] ? `${listId}-${active}` : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? errorId : undefined}
          data-testid="filter-input"
          placeholder='Filter, for example  status_code >= 500 && path.startsWith("/api")'
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setCursor(event.target.selectionStart ?? event.target.value.length);
            setOpen(true);
            setActive(-1);
          }}
          onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? 0)}
          onFocus={() => setOpen(true)}
          onClick={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
        {text.trim() !== value && <kbd>Enter</kbd>}
        {value !== '' && text.trim() === value && !problem && (
          <button type="button" className="button quiet square star" data-testid="filter-save" aria-pressed={saved.includes(value)} aria-label={saved.includes(value) ? 'Forget this filter' : 'Keep this filter'} title={saved.includes(value) ? 'Forget this filter' : 'Keep this filter: it is offered when the field is empty'} onClick={() => onSave(value)}>
            <Icon name="star" />
          </button>
        )}
        {text !== '' && (
          <button type="button" className="button quiet square" data-testid="filter-clear" aria-label="Remove the filter" title="Remove the filter" onClick={() => apply('')}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <ul className="suggestions" id={listId} role="listbox" aria-label="Suggestions" hidden={options.length === 0} data-testid="filter-suggestions">
        {options.map((option, index) => (
          <li
            key={option.kind + option.label}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            onMouseDown={(event) => {
              event.preventDefault();
              option.accept();
            }}
          >
            <code>{option.label}</code>
            <span>{option.description}</span>
            <small data-kind={option.kind}>{option.kind}</small>
          </li>
        ))}
      </ul>
      {problem && (
        <div className="filter-error" id={errorId} role="alert" data-testid="filter-error">
          {caret && <pre aria-hidden="true">{`${caret.line}\n`}<b>{caret.marker}</b></pre>}
          <p>{problem.detail ?? problem.title}</p>
        </div>
      )}
    </div>
  );
}

export const examples: [string, string][] = [
  ['status_code >= 500', 'server errors'],
  ['duration_ms > 100', 'slow calls'],
  ['method != "GET" && path.startsWith("/api")', 'writes to the API'],
  ['!complete', 'calls of which something is missing'],
  ['response.body.contains("error")', 'a word in the answer'],
];
