import { useEffect } from 'react';
import { PageHead } from '../../components/PageHead';
import { useAnswer } from '../../components/use-answer';
import { formatCount, plural } from '../../lib/format';
import { getEndpoint, listEndpoints } from './api';
import { EndpointDetails } from './EndpointDetails';
import { EndpointTable } from './EndpointTable';
import { findingsOf, select } from './list';
import { OpenApiView } from './OpenApiView';
import { DriftView } from './DriftView';
import { usePlace } from './use-place';
import '../status/status-page.css';
import './endpoints.css';

const refreshMs = 5000;

/** Which endpoints traffic shows, what is known of each, and whether they keep to a specification. */
export function EndpointsPage() {
  const [place, go] = usePlace();
  const list = useAnswer(`list ${place.all}`, (signal) => listEndpoints(place.all, signal), refreshMs);
  const detail = useAnswer(place.id, (signal) => (place.id === '' ? Promise.resolve(undefined) : getEndpoint(place.id, signal)), place.id === '' ? 0 : refreshMs);
  const services = list.value?.services ?? [];
  const findings = list.value?.findings ?? [];
  const shown = select(list.value?.items ?? [], place.service, place.words);
  const selected = detail.value;
  useEffect(() => {
    document.title = selected ? `${selected.method} ${selected.template} · Weir` : 'Endpoints · Weir';
  }, [selected]);

  return (
    <div className="status-page">
      <PageHead />
      <main className="status-main endpoints-main" tabIndex={0} aria-label="Endpoints">
        <form className="endpoints-bar" role="search" onSubmit={(event) => event.preventDefault()}>
          <label>
            Service
            <select className="chip" data-testid="service" value={place.service} onChange={(event) => go({ service: event.target.value, id: '', view: event.target.value === '' ? 'list' : place.view })}>
              <option value="">All</option>
              {[...new Set([...services, place.service])].filter((name) => name !== '').map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
          <label className="grow">
            <span className="visually-hidden">Find endpoints</span>
            <input type="search" data-testid="find" placeholder="Find: method, path, identification, sensitive data" value={place.words} onChange={(event) => go({ words: event.target.value }, 'replace')} />
          </label>
          <label>
            <input type="checkbox" checked={place.all} onChange={(event) => go({ all: event.target.checked })} />
            Also unconfirmed
          </label>
          {place.service !== '' && (
            <div className="segmented" role="group" aria-label="View">
              {(['list', 'openapi', 'drift'] as const).map((view) => (
                <label key={view}>
                  <input type="radio" name="view" checked={place.view === view} onChange={() => go({ view, id: '' })} />
                  <span>{view === 'list' ? 'List' : view === 'openapi' ? 'OpenAPI' : 'Drift'}</span>
                </label>
              ))}
            </div>
          )}
        </form>
        {list.error !== undefined && <p className="notice bad" role="alert">{list.error}</p>}
        {place.service !== '' && place.view === 'openapi' ? <OpenApiView service={place.service} />
          : place.service !== '' && place.view === 'drift' ? <DriftView service={place.service} />
          : (
            <div className={place.id === '' ? 'endpoints-body' : 'endpoints-body with-detail'}>
              <section aria-labelledby="endpoints-count" className="endpoints-list">
                <h2 id="endpoints-count" data-testid="endpoints-count">
                  {list.value === undefined ? 'Asking the center…' : `${plural(shown.length, 'endpoint')}${shown.length < list.value.items.length ? ` of ${formatCount(list.value.items.length)}` : ''}`}
                </h2>
                {list.value?.items.length === 0 && <p className="muted">No call showed an endpoint yet. They appear here as soon as a service answers one.</p>}
                {shown.length > 0 && <EndpointTable endpoints={shown} findings={findings} selected={place.id} onSelect={(id) => go({ id })} hrefOf={(id) => `/endpoints?endpoint=${encodeURIComponent(id)}`} />}
              </section>
              {place.id !== '' && (
                <section className="endpoint-detail" aria-label="Endpoint" data-testid="endpoint-detail">
                  <button type="button" className="button quiet" onClick={() => go({ id: '' })}>Close</button>
                  {detail.error !== undefined && <p className="notice bad" role="alert">{detail.error}</p>}
                  {selected && (
                    <EndpointDetails
                      endpoint={selected}
                      findings={findingsOf(selected, findings)}
                      onDecided={() => {
                        list.again();
                        detail.again();
                      }}
                    />
                  )}
                </section>
              )}
            </div>
          )}
      </main>
    </div>
  );
}
