// What the invented shop sells: the products of seeds/sku_dataset.csv, the days on which some of them come and go, and what is
// bought together. Data only; scripts/make-seeds.mjs makes the CSV files from it.

// Short name, full name, category, sub-category, brand, first price in reais
const CATALOGUE = `
Sh. Hidrat. 300 | Shampoo Hidratação Intensa 300 ml | Cabelos | Shampoo | Aurora | 24.9
Cond. Hidrat. 300 | Condicionador Hidratação Intensa 300 ml | Cabelos | Condicionador | Aurora | 27.9
Másc. Hidrat. 250 | Máscara Capilar Hidratação Intensa 250 g | Cabelos | Tratamento | Aurora | 39.9
Sh. Cachos 300 | Shampoo Cachos Definidos 300 ml | Cabelos | Shampoo | Ipê | 22.5
Cond. Cachos 300 | Condicionador Cachos Definidos 300 ml | Cabelos | Condicionador | Ipê | 24.5
Cr. Pentear Cachos | Creme para Pentear Cachos Definidos 300 g | Cabelos | Finalizador | Ipê | 29.9
Sh. Anticaspa 200 | Shampoo Anticaspa Mentol 200 ml | Cabelos | Shampoo | Vitta | 19.9
Óleo Rep. 60 | Óleo Reparador de Pontas Argan 60 ml | Cabelos | Finalizador | Aurora | 34.9
Tint. Castanho | Tintura Permanente 4.0 Castanho Médio | Cabelos | Coloração | Vitta | 18.9
Tint. Louro | Tintura Permanente 8.0 Louro Claro | Cabelos | Coloração | Vitta | 18.9
Água Oxig. 20v | Água Oxigenada 20 Volumes 90 ml | Cabelos | Coloração | Vitta | 4.5
Gel Fix. Forte | Gel Fixador Forte 240 g | Cabelos | Finalizador | Vitta | 12.9
Sab. Líq. Facial | Sabonete Líquido Facial Pele Mista 150 ml | Rosto | Limpeza | Flor de Sal | 32.9
Tônico Facial | Tônico Facial Adstringente 200 ml | Rosto | Limpeza | Flor de Sal | 36.9
Água Micelar 200 | Água Micelar 5 em 1 200 ml | Rosto | Limpeza | Flor de Sal | 28.9
Sérum Vit. C 30 | Sérum Antioxidante Vitamina C 30 ml | Rosto | Tratamento | Flor de Sal | 89.9
Hidr. Facial Dia | Hidratante Facial Diurno FPS 30 50 g | Rosto | Hidratante | Flor de Sal | 64.9
Hidr. Facial Noite | Hidratante Facial Noturno Ácido Hialurônico 50 g | Rosto | Hidratante | Flor de Sal | 74.9
Másc. Argila | Máscara Facial Argila Verde 100 g | Rosto | Tratamento | Ipê | 29.5
Creme Olhos 15 | Creme para Área dos Olhos 15 g | Rosto | Tratamento | Flor de Sal | 69.9
Esfol. Facial | Esfoliante Facial de Maracujá 80 g | Rosto | Limpeza | Ipê | 26.9
Lenço Demaq. | Lenço Demaquilante com 25 unidades | Rosto | Limpeza | Aurora | 15.9
Prot. Solar FPS 30 | Protetor Solar Corporal FPS 30 200 ml | Proteção solar | Corpo | Maré | 44.9
Prot. Solar FPS 50 | Protetor Solar Corporal FPS 50 200 ml | Proteção solar | Corpo | Maré | 54.9
Prot. Facial FPS 60 | Protetor Solar Facial Toque Seco FPS 60 50 g | Proteção solar | Rosto | Maré | 59.9
Pós-Sol 200 | Loção Pós-Sol Calmante com Aloe 200 ml | Proteção solar | Pós-sol | Maré | 33.9
Prot. Labial FPS 15 | Protetor Labial FPS 15 4 g | Proteção solar | Lábios | Maré | 14.9
Loção Corp. Amêndoas | Loção Corporal Amêndoas 400 ml | Corpo | Hidratante | Ipê | 29.9
Loção Corp. Açaí | Loção Corporal Açaí 400 ml | Corpo | Hidratante | Ipê | 29.9
Creme Mãos Castanha | Creme para Mãos Castanha-do-Pará 75 g | Corpo | Mãos e pés | Ipê | 19.9
Creme Pés Ureia | Creme para Pés Ureia 10% 75 g | Corpo | Mãos e pés | Vitta | 17.9
Óleo Corp. Maracujá | Óleo Corporal Maracujá 150 ml | Corpo | Óleo | Ipê | 49.9
Sab. Barra Pitanga | Sabonete em Barra Pitanga 90 g | Corpo | Sabonete | Ipê | 5.9
Sab. Barra Erva-doce | Sabonete em Barra Erva-doce 90 g | Corpo | Sabonete | Ipê | 5.9
Sab. Líq. Corporal | Sabonete Líquido Corporal Flor de Laranjeira 250 ml | Corpo | Sabonete | Aurora | 21.9
Esfol. Corporal | Esfoliante Corporal Café 200 g | Corpo | Esfoliante | Ipê | 37.9
Desod. Roll-on Fem. | Desodorante Roll-on Feminino 50 ml | Corpo | Desodorante | Vitta | 11.9
Desod. Roll-on Masc. | Desodorante Roll-on Masculino 50 ml | Corpo | Desodorante | Vitta | 11.9
Batom Matte Vinho | Batom Líquido Matte Vinho 4 ml | Maquiagem | Lábios | Lume | 34.9
Batom Matte Nude | Batom Líquido Matte Nude 4 ml | Maquiagem | Lábios | Lume | 34.9
Gloss Rosé | Gloss Labial Rosé 5 ml | Maquiagem | Lábios | Lume | 24.9
Base Líq. Bege | Base Líquida Alta Cobertura Bege Médio 30 ml | Maquiagem | Rosto | Lume | 59.9
Base Líq. Marrom | Base Líquida Alta Cobertura Marrom 30 ml | Maquiagem | Rosto | Lume | 59.9
Pó Compacto | Pó Compacto Translúcido 9 g | Maquiagem | Rosto | Lume | 44.9
Corretivo Líq. | Corretivo Líquido 6 ml | Maquiagem | Rosto | Lume | 32.9
Blush Pêssego | Blush Compacto Pêssego 5 g | Maquiagem | Rosto | Lume | 36.9
Másc. Cílios | Máscara para Cílios à Prova d’Água 9 g | Maquiagem | Olhos | Lume | 42.9
Delin. Caneta | Delineador Caneta Preto 1,1 ml | Maquiagem | Olhos | Lume | 33.9
Paleta Sombras | Paleta de Sombras Pôr do Sol, 9 cores | Maquiagem | Olhos | Lume | 79.9
Esmalte Vermelho | Esmalte Cremoso Vermelho Clássico 8 ml | Unhas | Esmalte | Lume | 6.9
Esmalte Renda | Esmalte Cremoso Renda 8 ml | Unhas | Esmalte | Lume | 6.9
Base Fortal. Unhas | Base Fortalecedora para Unhas 8 ml | Unhas | Tratamento | Lume | 9.9
Removedor Esm. | Removedor de Esmalte sem Acetona 100 ml | Unhas | Removedor | Lume | 7.5
Colônia Lavanda | Colônia Lavanda 100 ml | Perfumaria | Colônia | Aurora | 49.9
Colônia Verbena | Colônia Verbena 100 ml | Perfumaria | Colônia | Aurora | 49.9
Perf. Noite Fem. | Deo Parfum Feminino Noite 75 ml | Perfumaria | Perfume | Aurora | 149.9
Perf. Mata Masc. | Deo Parfum Masculino Mata 75 ml | Perfumaria | Perfume | Aurora | 139.9
Kit Presente | Kit Presente Colônia e Loção Lavanda | Perfumaria | Kit | Aurora | 89.9
Amostra Perfume | Amostra Deo Parfum 2 ml (brinde) | Brindes | Amostra | Aurora | 0
Nécessaire | Nécessaire Estampada (brinde) | Brindes | Acessório | Aurora | 0
`
  .trim()
  .split('\n')
  .map((line) => line.split(' | '));
export const products = CATALOGUE.map((entry, i) => ({
  code: 1001 + i,
  entry,
  first: Number(entry[5]),
}));
export const UNLISTED = { code: 1099, entry: null, first: 16.9 }; // sold, but not in sku_dataset
export const everything = [...products, UNLISTED];
const code = (shortName) => products.find((product) => product.entry[0] === shortName).code;

// launched later than 2017-11-01
export const LAUNCH = new Map([
  [code('Sérum Vit. C 30'), '2019-08-12'],
  [code('Óleo Corp. Maracujá'), '2020-03-05'],
  [code('Paleta Sombras'), '2021-10-18'],
  [code('Perf. Mata Masc.'), '2019-05-02'],
  [code('Nécessaire'), '2022-11-07'],
  [UNLISTED.code, '2021-02-15'],
]);
// last day of the last price
export const GONE = new Map([
  [code('Gel Fix. Forte'), '2022-06-14'],
  [code('Tint. Louro'), '2023-09-30'],
]);
// the price stops on the first day and starts again on the second; the cost goes on
export const AWAY = new Map([
  [code('Kit Presente'), ['2020-01-20', '2020-11-03']],
  [code('Pós-Sol 200'), ['2021-04-11', '2021-10-15']],
  [code('Esfol. Corporal'), ['2023-02-08', '2023-03-22']],
]);
// days with a price before the cost is known
export const LATE_COST = new Map([
  [code('Sérum Vit. C 30'), 9],
  [code('Paleta Sombras'), 16],
]);

// bought together more often than by chance
export const TOGETHER = `
Sh. Hidrat. 300 | Cond. Hidrat. 300 | Másc. Hidrat. 250
Sh. Cachos 300 | Cond. Cachos 300 | Cr. Pentear Cachos
Tint. Castanho | Água Oxig. 20v
Tint. Louro | Água Oxig. 20v
Sab. Líq. Facial | Tônico Facial | Hidr. Facial Dia
Hidr. Facial Noite | Creme Olhos 15
Prot. Solar FPS 50 | Prot. Facial FPS 60 | Prot. Labial FPS 15
Batom Matte Vinho | Másc. Cílios | Delin. Caneta
Base Líq. Bege | Pó Compacto | Corretivo Líq.
Esmalte Vermelho | Esmalte Renda | Removedor Esm.
Sab. Barra Pitanga | Sab. Barra Erva-doce
Perf. Noite Fem. | Amostra Perfume
`
  .trim()
  .split('\n')
  .map((line) => line.split(' | ').map(code));
