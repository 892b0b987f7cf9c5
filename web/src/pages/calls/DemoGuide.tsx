import { useState } from 'react';
import { Icon } from '../../components/Icon';
import { readStored, writeStored } from '../../lib/storage';
import './demo-guide.css';

interface Props {
  where: string;
  onFilter(where: string): void;
}

/** What there is to find in the traffic of the example services, in the order of a story. */
export const chapters: { title: string; where: string; story: string }[] = [
  {
    title: 'Two services', where: '',
    story: 'Shoppers call example-api and order-service; order-service calls example-api in turn. Every line below is one call, read off the network: neither service knows.',
  },
  {
    title: 'What fails', where: 'status_code >= 400',
    story: 'Some shoppers ask for what is not there, or send what is no JSON. Open one: the response says what the service objected to.',
  },
  {
    title: 'An order', where: 'method == "POST" && path == "/api/v2/orders" && status_code == 201',
    story: 'An order is placed. The bodies are under Request and Response; “cURL” copies a command that sends the same again.',
  },
  {
    title: 'Behind an order', where: 'path.contains("user-details") || path.startsWith("/api/v1/users/")',
    story: 'To answer user-details, order-service asks example-api for the user. Two lines with nearly the same time: the outer call and the one inside it.',
  },
  {
    title: 'Personal data', where: 'method == "POST" && path == "/api/v1/users" && status_code == 201',
    story: 'New customers send an address and a mail address. Weir marks them and shows ***email*** instead: what is sensitive is masked before it is stored.',
  },
  {
    title: 'The slow ones', where: 'duration_ms > 100',
    story: 'The sales report takes its time. Timing shows where: waiting for the first byte, not the network.',
  },
  {
    title: 'Somebody guesses', where: 'path == "/api/v1/login"',
    story: 'A minute into the demo somebody tries one password after the other. Nobody told Weir what that is: it knows what is usual, and tells under Incidents (g i) of what is not.',
  },
];

export function DemoGuide({ where, onFilter }: Props) {
  const [hidden, setHidden] = useState(() => readStored('demoGuideHidden', false));
  const current = chapters.find((chapter) => chapter.where === where);
  if (hidden) return null;
  return (
    <section className="demo-guide" aria-label="A tour of this demo" data-testid="demo-guide">
      <div className="chapters" role="group" aria-label="Chapters">
        <span className="muted">Tour</span>
        {chapters.map((chapter, index) => (
          <button key={chapter.title} type="button" className="chip" aria-pressed={chapter === current} onClick={() => onFilter(chapter.where)}>
            <b>{index + 1}</b> {chapter.title}
          </button>
        ))}
      </div>
      <button
        type="button"
        className="button quiet square"
        aria-label="End the tour"
        title="End the tour"
        onClick={() => {
          setHidden(true);
          writeStored('demoGuideHidden', true);
        }}
      >
        <Icon name="close" />
      </button>
      {current && <p>{current.story}</p>}
    </section>
  );
}
