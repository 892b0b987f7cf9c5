import { CopyButton } from '../../components/CopyButton';
import { Icon } from '../../components/Icon';
import { visible } from '../../lib/format';
import { getOpenApi, openApiAddress } from './api';
import { useAnswer } from '../../components/use-answer';

/** The service as OpenAPI 3.1, made from its traffic. */
export function OpenApiView({ service }: { service: string }) {
  const answer = useAnswer(service, (signal) => getOpenApi(service, signal));
  return (
    <section aria-labelledby="openapi">
      <div className="endpoints-bar">
        <h2 id="openapi">OpenAPI 3.1 from traffic</h2>
        <div className="spacer" />
        <CopyButton label="Copy YAML" text={() => answer.value} />
        <a className="button quiet" href={openApiAddress(service)} download={`${service.replaceAll('/', '-')}.yaml`}>
          <Icon name="download" />
          Download
        </a>
      </div>
      {answer.error !== undefined && <p className="notice bad" role="alert">{answer.error}</p>}
      {answer.value !== undefined && <pre className="document" data-testid="openapi" tabIndex={0} aria-label="Document">{visible(answer.value)}</pre>}
    </section>
  );
}
