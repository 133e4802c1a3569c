import * as k8s from '@kubernetes/client-node';

/** What the generated models of client-node know of a field. */
interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

const models = k8s as unknown as Readonly<Record<string, { getAttributeTypeMap(): readonly Attribute[] }>>;

/** Every field that the API does not know, and every value of another type. */
export function mistakes(value: unknown, type: string, path: string): string[] {
  const list = /^Array<(.+)>$/.exec(type)?.[1];
  if (list !== undefined) {
    return Array.isArray(value)
      ? value.flatMap((entry, index) => mistakes(entry, list, `${path}[${index}]`))
      : [`${path} is no list`];
  }
  if (type === 'number' || type === 'string' || type === 'boolean') {
    return typeof value === type ? [] : [`${path} is no ${type}`];
  }
  const attributes = models[type]?.getAttributeTypeMap();
  if (attributes === undefined || typeof value !== 'object' || value === null) {
    return []; // a map, or a text or a number as for a port
  }
  return Object.entries(value).flatMap(([key, field]) => {
    const attribute = attributes.find(({ baseName }) => baseName === key);
    return attribute === undefined
      ? [`${path}.${key} is unknown to ${type}`]
      : mistakes(field, attribute.type, `${path}.${key}`);
  });
}
