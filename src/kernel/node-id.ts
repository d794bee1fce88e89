/** `model.shop.gold_margin`: resource type, package, name. dbt's unique_id, so artifacts and selectors agree. */
export type NodeId = string & { readonly __nodeId: unique symbol };

/** Brands a text that is already a unique id. */
export const nodeId = (text: string): NodeId => text as NodeId;
