import { describe, expect, it } from 'vitest';
import { addressOf, readPlace } from './use-place';

describe('an address', () => {
  it('is a path and what is not empty of a query', () => {
    expect(addressOf(['incidents', '7'], { state: 'open', kind: '', by: undefined })).toBe('/incidents/7?state=open');
    expect(addressOf(['cluster'], { q: 'a b&c' })).toBe('/cluster?q=a+b%26c');
  });

  it('is read as it was written, whatever stands in it', () => {
    const place = readPlace(addressOf(['incidents', '<img>/../x'], { q: '"&=?' }));
    expect(place.path).toEqual(['incidents', '<img>/../x']);
    expect(place.query.get('q')).toBe('"&=?');
    expect(readPlace('/incidents/%zz').path).toEqual(['incidents', '%zz']);
  });
});
